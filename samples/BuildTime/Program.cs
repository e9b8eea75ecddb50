// Answers with the model that the build has optimised a moment before; nothing here knows of a search.
//   dotnet build samples/BuildTime -c Release
//   dotnet samples/BuildTime/bin/Release/net10.0/BuildTime.dll [IMAGE QUESTION]
using BuildTime;
using Microsoft.ML;

string[] asked = args.Length == 2 ? args : [Path.Combine(AppContext.BaseDirectory, "question.png"), "what colour is the square"];
var ml = new MLContext { GpuDeviceId = 0, FallbackToCpu = true };
var model = ml.Model.Load(Path.Combine(AppContext.BaseDirectory, "vqa.zip"), out _);
using (model as IDisposable)
{
    var rows = ml.Data.LoadFromEnumerable([new VqaRow { ImagePath = Path.GetFullPath(asked[0]), Question = asked[1] }]);
    var images = ml.Transforms.LoadImages("Image", "", nameof(VqaRow.ImagePath)).Fit(rows).Transform(rows);
    var answer = ml.Data.CreateEnumerable<VqaAnswer>(model.Transform(images), reuseRowObject: false).Single();
    Console.WriteLine($"{asked[1]}? {answer.PredictedAnswer} (probability {answer.Score:f2}, {answer.VisualTokens:f0} of 144 visual tokens a layer)");
}
