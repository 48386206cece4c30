/** Keeps the policies in force those of the policy file, while everything runs. */
@NullMarked
package clamd.vproxy.supervisor.policy;

import org.jspecify.annotations.NullMarked;
