/** Keeps the policies in force those of the policy file, while everything runs. */
@NullMarked
package clamd.vproxy.supervisor.sources.policy;

import org.jspecify.annotations.NullMarked;
