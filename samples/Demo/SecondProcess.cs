using System.Diagnostics;
using Microsoft.ML;

namespace Demo;

/// <summary>The consumer of a saved model: a process of its own that knows only the zip.</summary>
internal static class SecondProcess
{
    internal static void Start(string zip, string images, string[] imagesAndQuestions)
    {
        var program = Environment.ProcessPath!;
        var start = new ProcessStartInfo(program) { UseShellExecute = false };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
            start.ArgumentList.Add(typeof(SecondProcess).Assembly.Location);
        foreach (var argument in new[] { "answer", zip, images }.Concat(imagesAndQuestions))
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"the second process ended with {process.ExitCode}");
    }

    internal static int Answer(string zip, string images, string[] imagesAndQuestions)
    {
        var ml = new MLContext { GpuDeviceId = 0, FallbackToCpu = true };
        var model = ml.Model.Load(zip, out _);
        using var engine = ml.Model.CreatePredictionEngine<VqaRow, VqaAnswer>(model);
        foreach (var pair in imagesAndQuestions.Chunk(2))
        {
            var answer = engine.Predict(new VqaRow { ImagePath = Path.Combine(images, pair[0]), Question = pair[1] });
            Console.WriteLine($"   {pair[0]}: {pair[1]}? {answer.PredictedAnswer} (probability {answer.Score:f2}, {answer.VisualTokens:f0} visual tokens)");
        }
        return 0;
    }
}
