/** JSON for the command line and the control socket; the policy file has a parser of its own. */
@NullMarked
package clamd.vproxy.supervisor.base.json;

import org.jspecify.annotations.NullMarked;
