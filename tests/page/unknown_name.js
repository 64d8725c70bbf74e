// What names.test.mjs has to find.
export const one = notThere;
