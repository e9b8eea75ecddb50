// Composes mosaics of labelled photographs with questions, and trains the small model mosaics-llava on them.
//   dotnet run --project samples/PhotoMosaics -c Release -- generate --photos photos --out out --seed 1 --train 400 --validation 100 --test 200
//   dotnet run --project samples/PhotoMosaics -c Release -- train    --photos photos --out out/mosaics-llava --minutes 90
using EosMLNet;
using PhotoMosaics;
using PhotoMosaics.Photos;
using PhotoMosaics.Training;
using ScenesVqa;

try
{
    var options = new Arguments(args);
    switch (options.Command)
    {
        case "generate":
            MosaicWriter.Write(options.Text("out"), PhotoAlbum.Read(options.Text("photos"), options.Optional("classes")?.Split(',')),
                options.Number("seed", 1), options.Number("train", 400), options.Number("validation", 100), options.Number("test", 200));
            return 0;
        case "train":
            MosaicTrainer.Run(options);
            return 0;
        default:
            Console.Error.WriteLine("usage: generate --photos DIR --out DIR [--classes a,b] [--seed N] [--train N] [--validation N] [--test N]\n"
                + "       train --photos DIR --out DIR [--unseen DIR] [--classes a,b] [--tower DIR] [--decoder DIR] [--resume DIR]\n"
                + "             [--minutes M | --steps N] [--photos-percent N] [--tower-classes a,b,c]\n"
                + "             [--tower-percent N] [--seen-images N] [--seen-percent N] [--first-stage N] [--batch N] [--precision float32|bfloat16] [--seed N]");
            return 2;
    }
}
catch (EosException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
