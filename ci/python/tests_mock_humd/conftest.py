"""What a bee's author writes, and pytest's own fixture for tests of plugins."""

pytest_plugins = ["mock_humd.plugin", "pytester"]
