/** What the sessions of each domain come to, counted while it runs. */
@NullMarked
package clamd.vproxy.supervisor.reports.activity;

import org.jspecify.annotations.NullMarked;
