"""ABIs of the contracts that the agent talks to, as JSON."""
