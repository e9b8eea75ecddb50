namespace Benchmarks.Start;

/// <summary>One start of an application, in milliseconds.</summary>
/// <param name="Whole">From the start of the process to the printed answer.</param>
/// <param name="Load">Of that, loading the saved model.</param>
/// <param name="Answer">Of that, the first answer.</param>
internal readonly record struct StartTimes(double Whole, double Load, double Answer)
{
    /// <summary>What is in front of the program's first line, and the printing behind the answer.</summary>
    internal double Begin => Whole - Load - Answer;
}
