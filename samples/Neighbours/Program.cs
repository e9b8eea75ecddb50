// One ML.NET pipeline of three kinds of models. A vision-language model answers a question about an image. A model in ONNX looks at the
// same image. A trainer of Microsoft.ML.TorchSharp learns from question and answer what kind of question it was.
//   dotnet run --project samples/Neighbours -c Release
using System.Diagnostics;
using EosMLNet;
using Microsoft.ML;
using Microsoft.ML.TorchSharp;
using Microsoft.ML.TorchSharp.NasBert;
using Neighbours;
using ScenesVqa;

var modelFolder = Path.Combine(AppContext.BaseDirectory, "scenes-llava");
var output = Path.Combine(AppContext.BaseDirectory, "out");
var (imageFolder, zip) = (Path.Combine(output, "images"), Path.Combine(output, "neighbours.zip"));

Console.WriteLine("1. Drawing images and asking about them");
DatasetWriter.Write(output, seed: 2026, train: 8, validation: 0, test: 3);
var ml = new MLContext(seed: 1);
var train = ml.Data.LoadFromTextFile<VqaRow>(Path.Combine(output, "train.tsv"), hasHeader: true);
var test = ml.Data.LoadFromTextFile<VqaRow>(Path.Combine(output, "test.tsv"), hasHeader: true);

Console.WriteLine("2. Training Microsoft.ML.TorchSharp's classifier behind a vision-language model and a model in ONNX");
var looking = ml.Transforms.LoadImages("Image", imageFolder, nameof(VqaRow.ImagePath))
    .Append(ml.VisionLanguage().Answer(modelFolder))                     // PredictedAnswer, Score, VisualTokens
    .Append(ml.Transforms.ResizeImages("Resized", MeanColour.Side, MeanColour.Side, "Image"))
    .Append(ml.Transforms.ExtractPixels("pixels", "Resized"))
    .Append(ml.Transforms.ApplyOnnxModel("colour", "pixels", MeanColour.Write(Path.Combine(output, "mean-colour.onnx"))))
    .Append(ml.Transforms.CopyColumns(nameof(VqaAnswer.Colour), "colour"));
RandomEncoder.Use(ml, output);                                           // without this line: Microsoft's, from the network
var pipeline = looking
    .Append(ml.Transforms.Conversion.MapValueToKey("Label", nameof(VqaRow.Family)))
    .AppendCacheCheckpoint(ml)                                           // a trainer reads its data in every epoch: answer once
    .Append(ml.MulticlassClassification.Trainers.TextClassification(new TextClassificationTrainer.TextClassificationOptions
    {
        Sentence1ColumnName = nameof(VqaRow.Question),
        Sentence2ColumnName = nameof(VqaAnswer.PredictedAnswer),
        PredictionColumnName = nameof(VqaAnswer.PredictedFamily),
        ScoreColumnName = "FamilyScore",                                 // Score is the answer's
        BatchSize = 8,
        MaxEpoch = 8,
        LearningRate = [1e-3],                                           // for random weights; the default is for the published ones
    }))
    .Append(ml.Transforms.Conversion.MapKeyToValue(nameof(VqaAnswer.PredictedFamily)));
var clock = Stopwatch.StartNew();
using (var fitted = pipeline.Fit(train))
    ml.Model.Save(fitted, train.Schema, zip);
Console.WriteLine($"   {clock.Elapsed.TotalSeconds:f0} s; the model is in {zip}, {new FileInfo(zip).Length / 1e6:f0} MB");

Console.WriteLine("3. Loading it, and asking about images that it has not seen");
var loaded = ml.Model.Load(zip, out _);
using (loaded as IDisposable)
{
    var rows = ml.Data.CreateEnumerable<VqaAnswer>(loaded.Transform(test), reuseRowObject: false).ToList();
    foreach (var row in rows.DistinctBy(row => (row.ImagePath, row.PredictedFamily)).Take(12))
        Console.WriteLine($"   {row.ImagePath} ({string.Join(", ", row.Colour.Select(part => $"{part:f0}"))}): {row.Question}? "
            + $"{row.PredictedAnswer} [{row.PredictedFamily}]");
    var expected = ml.Data.CreateEnumerable<VqaRow>(test, reuseRowObject: false).Zip(rows).ToList();
    Console.WriteLine($"   right: {expected.Count(pair => pair.First.Answer == pair.Second.PredictedAnswer)} answers and "
        + $"{expected.Count(pair => pair.First.Family == pair.Second.PredictedFamily)} kinds of {rows.Count} questions");
}
