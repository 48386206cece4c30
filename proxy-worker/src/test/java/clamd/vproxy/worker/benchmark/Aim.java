package clamd.vproxy.worker.benchmark;

/**
 * What clamd-vproxy wants to reach.
 *
 * @param measured with its unit
 */
record Aim(String what, String wanted, String measured, boolean met) {}
