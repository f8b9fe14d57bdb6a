/** What requests and pages tell each other about the session. */
import { Signal } from "@/lib/signal";

/** A request was refused because nobody is signed in. */
export const signedOut = new Signal();
/** The same person has signed in again in place. */
export const signedInAgain = new Signal();
