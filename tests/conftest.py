"""What all tests share: the kit that plugin authors get."""

pytest_plugins = ["understudy.testing.fixtures"]
