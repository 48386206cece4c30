/** Watches the policy file, and puts its policies in force when it changes. */
@NullMarked
package clamd.vproxy.supervisor.sources.policy;

import org.jspecify.annotations.NullMarked;
