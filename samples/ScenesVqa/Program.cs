// Draws images with questions, and trains the base models scenes-llava and scenes-qwen on them.
//   dotnet run --project samples/ScenesVqa -c Release -- generate --out out --seed 1 --train 400 --validation 100 --test 200
//   dotnet run --project samples/ScenesVqa -c Release -- train    --out out/scenes-llava --minutes 60
//   dotnet run --project samples/ScenesVqa -c Release -- train    --model qwen --decoder samples/ScenesVqa/scenes-llava --out out/scenes-qwen
using EosMLNet;
using ScenesVqa;
using ScenesVqa.Training;

try
{
    var options = new Arguments(args);
    switch (options.Command)
    {
        case "generate":
            DatasetWriter.Write(options.Text("out"), options.Number("seed", 1), options.Number("train", 400), options.Number("validation", 100),
                options.Number("test", 200), options.Sizes("sizes"));
            return 0;
        case "train":
            Trainer.Run(options);
            return 0;
        default:
            Console.Error.WriteLine("usage: generate --out DIR [--seed N] [--train N] [--validation N] [--test N] [--sizes 144x144,144x192]\n"
                + "       train --out DIR [--model llava|qwen] [--decoder DIR] [--minutes M | --steps N] [--seed N] [--resume DIR] [--data TSV --images DIR]");
            return 2;
    }
}
catch (EosException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
