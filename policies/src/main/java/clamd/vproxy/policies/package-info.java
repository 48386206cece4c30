/** The policy file: what it says, whether it is right, and what it comes to for one guest. */
@NullMarked
package clamd.vproxy.policies;

import org.jspecify.annotations.NullMarked;
