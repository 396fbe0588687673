"""From a verdict to a signed decision: evaluation, digest and seal. Pure; no network, no clock, no key."""
