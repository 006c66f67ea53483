"""The JSON schema of the site file, for editors: written by ``python -m mrsite.site.schema_json``.

Editors that know TOML schemas (taplo, Even Better TOML) complete and check keys by it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mrsite.site.schema import SiteFile

NAME = "site.schema.json"


def site_schema() -> dict[str, Any]:
    """Return the schema as JSON data."""
    schema = SiteFile.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "mrsite site file"}


def text() -> str:
    """Return the file as it is committed."""
    return json.dumps(site_schema(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    from mrsite.base.data import data_folder

    Path(data_folder("schemas") / NAME).write_text(text(), encoding="utf-8")
