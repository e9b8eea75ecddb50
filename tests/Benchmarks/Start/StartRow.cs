using Benchmarks.Report;

namespace Benchmarks.Start;

/// <summary>A published application and how soon it answers; times are medians in milliseconds.</summary>
/// <param name="Application">What it is called.</param>
/// <param name="Megabytes">All its files, without the model.</param>
/// <param name="Files">How many they are.</param>
/// <param name="FirstAnswer">From the start of the process to the printed answer.</param>
/// <param name="Begin">Of that, until the program's first line runs: the system, and .NET.</param>
/// <param name="Load">Until the saved model is loaded.</param>
/// <param name="Answer">Until its first answer.</param>
/// <param name="Ratio">The time with libtorch, published in the same way, over this one's: the median over the rounds.</param>
internal sealed record StartRow(string Application, double Megabytes, int Files, double FirstAnswer, double Begin, double Load, double Answer, PairedRatio Ratio);
