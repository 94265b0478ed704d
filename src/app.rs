//! Everything the service needs, composed once.
