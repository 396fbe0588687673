def test_this_test_must_fail(chain):
    assert chain.chain_id == 0, "known failure: shows that a failing Ape test turns `make test` red"
