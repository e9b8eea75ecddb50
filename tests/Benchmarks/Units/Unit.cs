namespace Benchmarks.Units;

/// <summary>One measurement: short enough to be lost when the program is killed, long enough to be worth a file.</summary>
/// <param name="Key">Its name, parts separated by slashes.</param>
/// <param name="Needs">The units whose results it reads.</param>
/// <param name="Inputs">All that the result depends on, as text; asked for when the units that it needs are done. A result of other inputs is not reused.</param>
/// <param name="Measure">Does the work and gives the result, which is kept as JSON.</param>
internal sealed record Unit(string Key, IReadOnlyList<string> Needs, Func<string> Inputs, Func<object> Measure);
