/**
 * clamd's protocol as pure functions: which command a guest sent, where its chunks end, what clamd
 * answered.
 */
@NullMarked
package clamd.vproxy.worker.protocol;

import org.jspecify.annotations.NullMarked;
