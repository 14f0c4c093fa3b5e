// Builds dist when it is missing or older than lib; quick when it is neither. Type errors are shown and do not stop:
// what needs a build to run (tests, the example) runs the same with them, and `npm run check` refuses them.
import { build, isFresh } from './build.mjs';

if (!isFresh()) {
  const faults = await build();
  if (faults !== '') console.error(`${faults}\nThe build has type errors; npm run check will refuse them.`);
}
