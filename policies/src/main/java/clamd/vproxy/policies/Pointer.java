package clamd.vproxy.policies;

import org.jspecify.annotations.Nullable;

/**
 * A JSON pointer (RFC 6901) as a chain of its parts, so that a large tree does not hold a long
 * string for each node. Immutable.
 */
record Pointer(@Nullable Pointer parent, String part) {
    /** Points to the whole document. */
    static final Pointer ROOT = new Pointer(null, "");

    Pointer child(String name) {
        return new Pointer(this, name);
    }

    Pointer child(int index) {
        return new Pointer(this, Integer.toString(index));
    }

    @Override
    public String toString() {
        return parent == null ? "" : parent + "/" + part.replace("~", "~0").replace("/", "~1");
    }
}
