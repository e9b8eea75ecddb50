using WebApiLoad;

// WebApiLoad [REQUESTS [CLIENTS]]: throughput, latency and memory, batched and one at a time.
// WebApiLoad restart: the server is ended and killed under load.
var questions = Asked.Draw(count: 200);
if (args is ["restart"])
    return await RestartRun.RunAsync(questions, clients: 32);
return await LoadRun.RunAsync(questions, args.Length > 0 ? int.Parse(args[0]) : 5000, args.Length > 1 ? int.Parse(args[1]) : 32);
