//! The TwiML family and nothing else: events in, verbs out, XML, signatures, providers.
