import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * A name of this process that no other has had on this machine since it was started: machine, process id, and the time at
 * which the process began, since ids are used again.
 */
export function thisProcess(): string {
  return JSON.stringify([machine(), process.pid, startOf(process.pid) ?? '']);
}

/** Whether the process of that name has surely ended. False for one that cannot be seen from here. */
export function isGone(name: string): boolean {
  const [where, pid, start] = JSON.parse(name) as [string, number, string];
  if (where !== machine()) return false;
  const startNow = startOf(pid);
  // Without a process file system only the id is known; a later process of the same id is then taken for it.
  if (startNow === undefined) return !isRunning(pid);
  return startNow !== start;
}

// Process ids are unique within one namespace of one boot: two containers over one file do not see each other's.
function machine(): string {
  const boot = orUndefined(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
  const namespace = orUndefined(() => readlinkSync('/proc/self/ns/pid'));
  return boot === undefined || namespace === undefined ? hostname() : `${boot} ${namespace}`;
}

/** Field 22 of `/proc/<pid>/stat`, in clock ticks since the boot; the command's name before it may hold anything. */
function startOf(pid: number): string | undefined {
  const stat = orUndefined(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  if (stat === undefined) return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // A zombie has ended; only its parent has not asked yet.
  return fields[0] === 'Z' ? 'ended' : fields[19];
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}

function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
