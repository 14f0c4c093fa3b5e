/** Why a secret cannot be used, in words that hold nothing of it: the one kind of reason that is repeated to a user. */
export class KeyRefusal extends TypeError {}
