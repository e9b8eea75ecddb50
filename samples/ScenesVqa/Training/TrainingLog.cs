using System.Globalization;

namespace ScenesVqa.Training;

/// <summary>The lines of a training run, on the console and in <c>training.log</c>.</summary>
internal sealed class TrainingLog : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);
    private readonly StreamWriter file;
    private DateTime due;

    public TrainingLog(string folder)
    {
        Directory.CreateDirectory(folder);
        file = new StreamWriter(Path.Combine(folder, "training.log"), append: true) { AutoFlush = true };
    }

    /// <summary>True about every twenty seconds.</summary>
    public bool IsDue()
    {
        if (DateTime.UtcNow < due)
            return false;
        due = DateTime.UtcNow + Interval;
        return true;
    }

    public void Write(FormattableString line)
    {
        var text = line.ToString(CultureInfo.InvariantCulture);
        Console.WriteLine(text);
        file.WriteLine(text);
    }

    public void Dispose() => file.Dispose();
}
