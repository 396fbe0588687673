def test_this_test_must_fail():
    assert 1 + 1 == 3, "known failure: shows that a failing pytest test turns `make test` red"
