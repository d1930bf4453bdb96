// The program `millrace`: a Spark Connect server, and PySpark programs on it.

#include <cstdio>
#include <exception>

#include <CLI/CLI.hpp>

#include "python_child.h"
#include "serve.h"
#include "submit.h"

int main(int argc, char** argv) {
  using namespace millrace;
  CLI::App app{"Spark Structured Streaming as one native process."};
  app.set_version_flag("--version", "millrace 0.1.0 (Spark 4.2.0)");
  app.require_subcommand(1);

  cli::SubmitArguments submit;
  CLI::App* submit_command =
      app.add_subcommand("submit", "run a PySpark program on an engine of its own");
  submit_command->add_option("--python", submit.python,
                             "the Python that runs it (PYSPARK_PYTHON, python3)");
  submit_command->add_option("--conf", submit.conf, "a setting of the session, key=value")
      ->allow_extra_args(false);
  submit_command->add_flag("--quiet", submit.quiet, "no progress of running queries");
  submit_command->add_option("program", submit.program, "the program, a .py file")->required();
  submit_command->add_option("arguments", submit.arguments, "the program's own arguments");
  submit_command->positionals_at_end();
  submit_command->prefix_command();

  cli::ServeArguments serve;
  CLI::App* serve_command =
      app.add_subcommand("serve", "a Spark Connect server for many PySpark programs");
  cli::AddServeOptions(*serve_command, &serve);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  cli::BlockEndingSignals();  // Before any thread: they inherit it.
  try {
    if (*submit_command) {
      for (const std::string& argument : submit_command->remaining()) {
        submit.arguments.push_back(argument);
      }
      return cli::Submit(submit);
    }
    return cli::Serve(serve);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "millrace: %s\n", error.what());
    return 1;
  }
}
