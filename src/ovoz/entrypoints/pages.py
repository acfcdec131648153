"""Pages: the front end's files, and what a problem's `type` leads to. No route here needs a tenant or a session."""

from pathlib import Path
from typing import Final

from litestar import MediaType, Response, get
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import File

from ovoz.platform.access.guards import public
from ovoz.platform.identity.deps import OUTSIDE_TENANTS
from ovoz.platform.privacy.contracts import WITHOUT_PERSONAL_DATA

FOR_EVER: Final = "public, max-age=31536000, immutable"
ASK_EACH_TIME: Final = "no-cache"


def front_end(folder: Path) -> HTTPRouteHandler:
    """Serves the built front end: a file where there is one, the application for every other page's address."""
    root = folder.resolve()

    @get(
        ["/", "/{path:path}"],
        guards=[public],
        opt={OUTSIDE_TENANTS: True, WITHOUT_PERSONAL_DATA: "files of the release"},
        include_in_schema=False,
    )
    async def page(path: FromPath[str] = "") -> File:
        wanted = (root / path.lstrip("/")).resolve()
        if wanted.is_file() and wanted.is_relative_to(root):
            # Angular puts a digest into the names of what it builds.
            hashed = "-" in wanted.stem and wanted.suffix in (".js", ".css", ".woff2")
            return _file(wanted, FOR_EVER if hashed else ASK_EACH_TIME)
        hidden = any(part.startswith(".") for part in path.split("/"))
        if hidden or wanted.suffix or path.startswith(("/api/", "/sip", "/problems/")):
            raise NotFoundException(f"There is nothing at {path}.")
        index = root / "index.html"
        if not index.is_file():
            raise NotFoundException("The front end is not built yet: `make up` builds it.")
        return _file(index, ASK_EACH_TIME)

    return page


def problem_pages(folder: Path) -> HTTPRouteHandler:
    """What the `type` of a problem leads to (RFC 9457): `docs/problems/<slug>.md`."""

    @get(
        "/problems/{slug:str}",
        guards=[public],
        opt={OUTSIDE_TENANTS: True, WITHOUT_PERSONAL_DATA: "pages of the release"},
        include_in_schema=False,
        media_type=MediaType.TEXT,
    )
    async def problem_page(slug: FromPath[str]) -> Response[str]:
        page = folder / f"{slug}.md"
        if page.parent != folder or not page.is_file():
            raise NotFoundException(f"No problem is called {slug}.")
        return Response(page.read_text(), media_type="text/markdown; charset=utf-8")

    return problem_page


def _file(path: Path, cache: str) -> File:
    return File(path, filename=path.name, content_disposition_type="inline", headers={"cache-control": cache})
