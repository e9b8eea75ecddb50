namespace Benchmarks.Start;

/// <summary>A published application and how soon it answers; times are medians in milliseconds.</summary>
/// <param name="Engine">What answers in it.</param>
/// <param name="Megabytes">All its files, without the model.</param>
/// <param name="Files">How many they are.</param>
/// <param name="FirstAnswer">From the start of the process to the printed answer.</param>
/// <param name="Begin">Of that, until the program's first line runs: the system, and .NET.</param>
/// <param name="Load">Until the saved model is loaded.</param>
/// <param name="Answer">Until its first answer.</param>
internal sealed record StartRow(string Engine, double Megabytes, int Files, double FirstAnswer, double Begin, double Load, double Answer);
