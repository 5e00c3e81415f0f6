"""Storage: schema, migrations and one repository per aggregate."""
