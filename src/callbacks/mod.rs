//! The staff queue: what the machine cannot solve, with its priority and promise.
