"""The portal's own drawings, 20 by 20, inlined so that they take the colour of the text."""

# Arrows follow the reading direction; a check, a clock or a download arrow does not.
MIRRORS = frozenset({"arrow", "back", "chevron", "forward", "help", "returned", "edit"})

DRAWINGS = {
    "approved": '<path d="M4 10.5 8.2 15 16 5.5"/>',
    "reservation": '<path d="M2.5 10.5 6.5 15 13 6.5"/>'
    '<path d="M16 3v5M13.8 4.2l4.4 2.6M18.2 4.2l-4.4 2.6"/>',
    "objection": '<path class="solid" d="M10 2 18 10l-8 8-8-8z"/>',
    "waits": '<circle cx="10" cy="10" r="7.5"/>'
    '<path class="solid" d="M10 10V2.5A7.5 7.5 0 0 1 17.5 10z"/>',
    "none": '<path d="M5 10h10"/>',
    "returned": '<path d="M8 5 3.5 9.5 8 14"/><path d="M4 9.5h8a4.5 4.5 0 0 1 4.5 4.5v2"/>',
    "draft": '<path d="M4 16l.8-3.6L13.5 3.7l2.8 2.8-8.7 8.7z"/>',
    "edit": '<path d="M4 16l.8-3.6L13.5 3.7l2.8 2.8-8.7 8.7z"/>',
    "under_way": '<circle cx="10" cy="10" r="7.5"/><path d="M10 5.5V10l3 2"/>',
    "clock": '<circle cx="10" cy="10" r="7.5"/><path d="M10 5.5V10l3 2"/>',
    "forward": '<path d="M3.5 10h12M11 5l5 5-5 5"/>',
    "arrow": '<path d="M3.5 10h12M11 5l5 5-5 5"/>',
    "back": '<path d="M16.5 10h-12M9 5l-5 5 5 5"/>',
    "chevron": '<path d="M7.5 4.5 13 10l-5.5 5.5"/>',
    "continuing": '<path d="M16 7.5A6.8 6.8 0 0 0 4 6.6M4 12.5a6.8 6.8 0 0 0 12 .9"/>'
    '<path d="M16.5 3.5v4h-4M3.5 16.5v-4h4"/>',
    "postponed": '<path d="M7 4.5v11M13 4.5v11"/>',
    "cancelled": '<path d="M5 5l10 10M15 5 5 15"/>',
    "unknown": '<path d="M7 7.2A3 3 0 1 1 11.2 10c-.8.4-1.2 1-1.2 2"/><path d="M10 15.6v.1"/>',
    "help": '<path d="M7 7.2A3 3 0 1 1 11.2 10c-.8.4-1.2 1-1.2 2"/><path d="M10 15.6v.1"/>',
    "reported": '<path d="M10 5.2C8.3 4 6 3.6 3 3.8v11.4c3-.2 5.3.2 7 1.4'
    ' 1.7-1.2 4-1.6 7-1.4V3.8c-3-.2-5.3.2-7 1.4zM10 5.2v11.4"/>',
    "error": '<path d="M10 2.5 18.5 17h-17z"/><path d="M10 8v4M10 14.4v.1"/>',
    "warning": '<circle cx="10" cy="10" r="7.5"/><path d="M10 5.8v5M10 13.9v.1"/>',
    "information": '<circle cx="10" cy="10" r="7.5"/><path d="M10 9.2v5M10 6.1v.1"/>',
    "download": '<path d="M10 3v9.5M6 8.8l4 4 4-4M3.5 16.5h13"/>',
    "document": '<path d="M5 2.5h7l3.5 3.5v11.5H5z"/>'
    '<path d="M11.5 2.5v4h4M7.5 10h5.5M7.5 13.2h5.5"/>',
    "calendar": '<path d="M3 5h14v12H3zM3 8.5h14M6.8 2.8V6M13.2 2.8V6"/>',
    "person": '<circle cx="10" cy="6.5" r="3.3"/>'
    '<path d="M3.5 17.2c.6-3.6 3.2-5.4 6.5-5.4s5.9 1.8 6.5 5.4"/>',
    "seal": '<circle cx="10" cy="8" r="5"/><path d="M7.2 12.2 6 18l4-2 4 2-1.2-5.8"/>',
}
