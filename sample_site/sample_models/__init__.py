"""Small models worth showing: the subjects of the sample site's figures."""
