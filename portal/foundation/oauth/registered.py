"""What the apps say about sign-ins when they are ready; this file imports no model, so that they can."""

# What is read of a caller in the one query that looks a token up.
READ_ALONG = {"sign_in__user", "sign_in__client"}
