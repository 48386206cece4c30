/** Whether clamd understands what we send it as what we understood of what the guest sent. */
@NullMarked
package clamd.vproxy.supervisor.differential;

import org.jspecify.annotations.NullMarked;
