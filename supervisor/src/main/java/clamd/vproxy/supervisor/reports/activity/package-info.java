/** Counts the sessions of each domain by their results while it runs. */
@NullMarked
package clamd.vproxy.supervisor.reports.activity;

import org.jspecify.annotations.NullMarked;
