/** What requests and pages tell each other about the session. */
import { Signal } from "@/lib/signal";

/** A request was refused as if nobody, or somebody else, were signed in. */
export const sessionInDoubt = new Signal();
/** The same person has signed in again in place. */
export const signedInAgain = new Signal();
