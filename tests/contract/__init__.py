"""What a vendor runs against a target: scenarios that make requests; the checks that judge them are the harness's."""
