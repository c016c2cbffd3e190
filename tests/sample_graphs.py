"""The sample site's graph networks, imported before anybody else imports PyTorch Geometric.

Its import raises warnings of torch's, which tests take for errors.
"""

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from sample_site.sample_models import graphs as sample

__all__ = ["sample"]
