//! Empty: the cvmfs library declares env_logger for its command alone.
