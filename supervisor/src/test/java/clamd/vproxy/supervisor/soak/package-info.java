/**
 * Very many sessions of all kinds, with faults, against a daemon in a process of its own: nothing
 * is lost, and nothing grows.
 */
@NullMarked
package clamd.vproxy.supervisor.soak;

import org.jspecify.annotations.NullMarked;
