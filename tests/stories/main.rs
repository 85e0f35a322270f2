//! Stories: whole programs, spoken to as people and servers speak to them.

mod command_line;
mod crash;
mod follow_and_answer;
mod harness;
mod hostile;
mod sign_in;
