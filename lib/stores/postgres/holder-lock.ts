/** First key of the advisory locks that holders keep; the second is the holder's number. */
export const holderLock = 0x64636c6b;
