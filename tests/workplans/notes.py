"""Notes as delegations send them: a page, a picture of one, and what only pretends to be one."""

import io

from PIL import Image

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def picture(kind="PNG", size=(40, 60)):
    file = io.BytesIO()
    Image.new("L", size, 255).save(file, kind)
    return file.getvalue()


def upload(content=PDF, name="note verbale.pdf"):
    file = io.BytesIO(content)
    file.name = name
    return file
