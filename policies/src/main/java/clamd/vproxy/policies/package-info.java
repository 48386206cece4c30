/** The policy file: its parser, its checks, and the limits that it gives a guest. */
@NullMarked
package clamd.vproxy.policies;

import org.jspecify.annotations.NullMarked;
