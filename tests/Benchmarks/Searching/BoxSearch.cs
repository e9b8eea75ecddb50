namespace Benchmarks.Searching;

/// <summary>A search without gradients in the unit cube.</summary>
/// <param name="dimensions">How many numbers, each from 0 to 1.</param>
/// <param name="evaluations">How often the value may be asked for.</param>
/// <param name="seed">Draws.</param>
/// <param name="value">What is to become large.</param>
/// <returns>The point with the largest value found, and that value.</returns>
internal delegate (double[] Point, double Value) BoxSearch(int dimensions, int evaluations, int seed, Func<double[], double> value);
