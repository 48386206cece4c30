/** Hand-written fakes and generators that the tests of this module share. */
@NullMarked
package clamd.vproxy.worker.testing;

import org.jspecify.annotations.NullMarked;
