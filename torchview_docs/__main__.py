"""`python -m torchview_docs` is the command `torchview-docs`."""

from torchview_docs.cli import main

raise SystemExit(main())
