//! For tests only: a device in this process, clocks, faults, one redactor.
