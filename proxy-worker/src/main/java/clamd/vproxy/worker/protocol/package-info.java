/**
 * clamd's protocol as pure functions, which recognise a guest's command, find the end of its chunks
 * and parse clamd's reply.
 */
@NullMarked
package clamd.vproxy.worker.protocol;

import org.jspecify.annotations.NullMarked;
